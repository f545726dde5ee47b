"""What Hansa costs, measured against something else in the same run: `python -m benchmarks`, or `make bench`.

A figure of one machine says little about another; a ratio within one run says more. So each benchmark starts
both sides itself, takes turns between them several times, and shows the median with the lowest and highest.
"""

"""Every SQL statement of the product center.

Products and offers are read often and changed rarely: on a distributed PostgreSQL these are reference
tables, copied to every node (ADR 0006).
"""

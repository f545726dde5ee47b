"""Plays: reusable pieces of business. A play is extensions and, if it must, a small state of its own."""

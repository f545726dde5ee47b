"""The mechanism. It knows no commerce: businesses, extension points, the plan, transactions, the lane."""

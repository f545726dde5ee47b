"""The use cases of review: lines are received, people write, moderators decide, everybody reads."""

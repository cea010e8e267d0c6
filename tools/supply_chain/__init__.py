"""What the program is made of: its pinned parts, their licences, and the list that goes with it."""

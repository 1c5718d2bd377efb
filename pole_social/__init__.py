"""The hub itself: the ground floor that the three stages stand on."""

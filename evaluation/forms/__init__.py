"""The forms of the évaluation stage."""

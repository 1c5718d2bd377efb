"""The pages of the évaluation stage."""

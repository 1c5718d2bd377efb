"""Stage 2: the evaluation that looks for every fragility."""

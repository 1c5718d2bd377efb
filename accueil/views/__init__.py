"""Pages of the accueil stage, one file per noun."""

"""Stage 3: the long-term, multidisciplinary support, and what managers see of it."""

"""Stage 1: reception, pre-instruction, hand-over to the other units."""

"""Stage 7: who is left out of what, decided before anybody is treated."""

"""Who is left out is decided before anybody is treated."""

"""Experience faults: crashes, lag and errors held against like customers without."""

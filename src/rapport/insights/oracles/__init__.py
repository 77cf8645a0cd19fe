"""What each question means, in plain Python on lists of events. Kernels and SQL are held to it."""

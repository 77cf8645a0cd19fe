"""Whether all is well, in numbers and in words; copies of everything, and bringing them back."""

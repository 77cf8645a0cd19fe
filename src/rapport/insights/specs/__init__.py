"""Questions as they are asked: one file a kind. They are the bodies of the API and of `--file`."""

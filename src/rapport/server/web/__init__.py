"""One application for one port: tracking, the management API, the console's files."""

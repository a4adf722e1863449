"""Where what was received lies: a folder, or a bucket of an S3 service."""

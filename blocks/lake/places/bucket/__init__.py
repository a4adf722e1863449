"""A landing in a bucket of an S3 service: no lock, no fence, and nothing that is updated."""

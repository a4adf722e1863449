"""What a company's books look like as a SIE file."""

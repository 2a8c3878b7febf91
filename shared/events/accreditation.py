"""Facts of ``services/itt`` about the accreditation of school-led providers."""

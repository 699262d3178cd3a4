"""Everything that changes what voters read: one function per write. Each checks, acts, records and announces."""

"""The interface's languages: extraction, catalogues, checks and exchange with translators.

Everything is Python: GNU gettext need not be installed.
"""

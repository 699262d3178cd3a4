"""What media-literacy videos are made of, as pure code: captions, pictures, files, providers, what counts as a view."""

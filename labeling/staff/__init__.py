"""The engine's rooms in the workspace: rules and their release, brakes, and the pipeline."""

"""The file drop: any system's data as files in our unified terms."""

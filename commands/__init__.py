"""What a person types: one module per command, each a thin face of one function of a room.

A command prints to `console.out`, complains to `console.err`, and raises `CommandFailed` with a
line that names the cause and the remedy; `heedline.py` turns that into exit status 1.
"""

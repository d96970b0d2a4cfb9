"""The page's own files: plain HTML, CSS and JavaScript modules, no build step."""

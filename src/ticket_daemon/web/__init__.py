"""The pages' own files, plain HTML, CSS and JavaScript modules without a build step, and what every answer with one of
them needs: `files` keeps them, `headers` says what browsers may do with them, `origins` who may ask."""

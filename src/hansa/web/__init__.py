"""The faces people see: templates, styles, drawings, and the typed view of each page.

A route fills one struct of `views` and hands it to `templating.Pages.render`. Templates know nothing else:
no center, no request, no database. Everything works without JavaScript; scripts only shorten the way.
"""

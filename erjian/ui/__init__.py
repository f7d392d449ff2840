"""The design system: base templates, components, template tags, tables, paging and static files.

Portals write no markup for the frame of a page, a list, a form field, a status or a pager:
they describe it and this room draws it. The room has no models and knows no business rule;
the province's titles and the current day reach it through :mod:`erjian.ui.site`, so that it
stands beside ``policy`` and imports neither it nor anything above.

``docs/ui.md`` lists every tag and include with an example.
"""

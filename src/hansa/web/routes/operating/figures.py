"""What was sold, as figures taken from the last export."""

from __future__ import annotations

from litestar import Response, get
from markupsafe import Markup

from hansa.data.figures import figures
from hansa.web.answers import show
from hansa.web.operating import Figure, FiguresPage
from hansa.web.routes.operating.desk import desk
from hansa.web.visit import Seen

FIGURES = "figures"


@get("/operate/figures")
async def show_figures(seen: Seen) -> Response[str]:
    """Sales by week, department and store, baskets by size, and the share of small shops."""
    at = desk(seen, FIGURES)
    language = "zh" if at.ctx.locale.startswith("zh") else "en"
    found = await figures(at.ctx, language=language)
    view = FiguresPage(chrome=seen.chrome(section="operate", path=at.at(FIGURES)), desk=at.part(FIGURES))
    if found is None:
        return show(seen, view)
    from hansa.data import showing  # noqa: PLC0415 - needs the extra, which whoever has figures has

    drawn = []
    for one in found.answers:
        if one.labels:
            heads, rows = showing.rows(one, language)
            drawn.append(
                Figure(
                    title=showing.pick(one.view.title, language),
                    chart=Markup(showing.chart(one, language)),  # noqa: S704 - drawn here, every text escaped
                    heads=tuple(heads),
                    rows=tuple(tuple(row) for row in rows),
                )
            )
    view = FiguresPage(
        chrome=view.chrome,
        desk=view.desk,
        lede=showing.lede(found.answers, language),
        figures=tuple(drawn),
        exported_at=found.exported_at,
    )
    return show(seen, view)


ROUTES = (show_figures,)

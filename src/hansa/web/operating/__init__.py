"""One struct per page of the operator's desk, as `selling` has them for shops, and the pieces only it needs."""

from hansa.web.operating.base import OperatorDesk, OperatorView
from hansa.web.operating.changes import ChangePage, ChangeRow, ChangesPage, Difference, Piece
from hansa.web.operating.figures import Figure, FiguresPage
from hansa.web.operating.queues import (
    Answer,
    OverviewPage,
    RefundRow,
    RefundsPage,
    ReportPage,
    ReportRow,
    ReportsPage,
    ReviewRow,
    ReviewsPage,
    SaidRow,
    ShopPage,
    ShopRow,
    ShopsPage,
    SquareRow,
    SquaringPage,
    WaitingRow,
)

__all__ = [
    "Answer",
    "ChangePage",
    "ChangeRow",
    "ChangesPage",
    "Difference",
    "Figure",
    "FiguresPage",
    "OperatorDesk",
    "OperatorView",
    "OverviewPage",
    "Piece",
    "RefundRow",
    "RefundsPage",
    "ReportPage",
    "ReportRow",
    "ReportsPage",
    "ReviewRow",
    "ReviewsPage",
    "SaidRow",
    "ShopPage",
    "ShopRow",
    "ShopsPage",
    "SquareRow",
    "SquaringPage",
    "WaitingRow",
]

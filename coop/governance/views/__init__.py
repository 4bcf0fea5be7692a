"""Pages of governance: notices, what of them the public reads, meetings, the supervisors' stamp desk."""

from coop.governance.views.meetings import MeetingView
from coop.governance.views.notices import NoticeView
from coop.governance.views.public import PublicView
from coop.governance.views.stamps import StampView

__all__ = ["MeetingView", "NoticeView", "PublicView", "StampView"]

"""Pages of governance: notices, meetings, the supervisors' stamp desk."""

from coop.governance.views.meetings import MeetingView
from coop.governance.views.notices import NoticeView
from coop.governance.views.stamps import StampView

__all__ = ["MeetingView", "NoticeView", "StampView"]

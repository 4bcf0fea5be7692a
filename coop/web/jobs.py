"""Long work of the caller: a list, one job's progress (polled by htmx), cancelling, the result file."""

from __future__ import annotations

from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from coop.kernel import jobs, results
from coop.kernel.actor import Role
from coop.web.menu import Group, menu_entry
from coop.web.permissions import ANY, permit
from coop.web.views import Page, expose

TYPES = {
    ".beancount": "text/plain; charset=utf-8",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class Jobs(Page):
    """A job is seen, cancelled and fetched by who asked for it, and by nobody else."""

    route_base = "/jobs"

    @expose("/")
    def list(self) -> str:
        with self.look() as view:
            rows = jobs.own_all(view)
            template = "ui/jobs_part.html" if self.partial() else "ui/jobs.html"
            return self.render(template, jobs=rows, going=any(job.going for job in rows))

    @expose("/<int:job_id>")
    def show(self, job_id: int) -> str:
        with self.look() as view:
            job = jobs.own(view, job_id)
            template = "ui/job_part.html" if self.partial() else "ui/job.html"
            return self.render(template, job=job)

    @expose("/<int:job_id>/cancel", methods=["POST"])
    def cancel(self, job_id: int) -> ResponseReturnValue:
        with self.unit() as u:
            jobs.cancel(u, job_id)
        return self.go("Jobs.show", job_id=job_id, say=_("Cancelled; running work stops at its next step."))

    @expose("/<int:job_id>/file")
    def file(self, job_id: int) -> ResponseReturnValue:
        with self.look() as view:
            job = jobs.own(view, job_id)
        path = results.path_of(job.tenant_id, job.result)
        return self.download(path, path.name, TYPES.get(path.suffix, "application/octet-stream"))


# A villager asks for no long work: the list would be an empty page in a short menu.
permit("Jobs.list", *(role for role in Role if role not in (Role.household, Role.admin)))
for _endpoint in ("Jobs.show", "Jobs.cancel", "Jobs.file"):
    permit(_endpoint, ANY)
menu_entry("Jobs.list", lazy_gettext("Running work"), icon="clock", group=Group.today, order=90)

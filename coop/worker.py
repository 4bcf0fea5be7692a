"""The Celery worker: runs job rows and delivers the outbox. Tasks take keys, open units, call one function each."""

from __future__ import annotations

from typing import Any

from celery import Celery
from celery.signals import worker_process_init

from coop.accounting import exports
from coop.kernel import crypt, work
from coop.kernel.config import Settings, load_settings
from coop.kernel.db import connect
from coop.kernel.unit import bind
from coop.subjects import load_subjects

SWEEP_SECONDS = 20.0


def celery_app(settings: Settings) -> Celery:
    """The queue of these settings. The filesystem broker keeps its messages in the data folder."""
    app = Celery("siwei")
    app.conf.update(
        broker_url=settings.broker_url,
        broker_connection_retry_on_startup=True,
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        task_ignore_result=True,
        task_serializer="json",
        accept_content=["json"],
        worker_prefetch_multiplier=1,
        worker_hijack_root_logger=False,
        timezone="UTC",
        beat_schedule={"sweep": {"task": "coop.sweep", "schedule": SWEEP_SECONDS}},
        beat_schedule_filename=str(settings.data_dir / "queue" / "beat"),
    )
    if settings.broker_url.startswith("filesystem:"):
        folders = {name: settings.data_dir / "queue" / name for name in ("messages", "control", "processed")}
        for folder in folders.values():
            folder.mkdir(parents=True, exist_ok=True)
        app.conf.broker_transport_options = {
            "data_folder_in": str(folders["messages"]),
            "data_folder_out": str(folders["messages"]),
            "control_folder": str(folders["control"]),
            "processed_folder": str(folders["processed"]),
            "store_processed": False,
        }
    return app


def waker(app: Celery) -> Any:
    """What a unit calls after its commit: start a job, or deliver what waits."""

    def wake(job_id: int | None, tenant_id: int) -> None:
        if job_id is None:
            app.send_task("coop.deliver")
        else:
            app.send_task("coop.run_job", args=[job_id, tenant_id])

    return wake


def register(app: Celery) -> Celery:
    """The three tasks; their names are public and permanent."""

    @app.task(name="coop.run_job")
    def run_job(job_id: int, tenant_id: int) -> None:
        work.run_job(job_id, tenant_id)

    @app.task(name="coop.deliver")
    def deliver() -> int:
        return work.drain()

    @app.task(name="coop.sweep")
    def sweep() -> None:
        work.drain()
        for job_id, tenant_id in work.queued_jobs():
            work.run_job(job_id, tenant_id)

    return app


def prepare(settings: Settings) -> Celery:
    """The composition root of a worker process."""
    load_subjects()
    crypt.set_secret(settings.secret_key)
    exports.keep_in(settings.data_dir / "exports")
    app = register(celery_app(settings))

    @worker_process_init.connect(weak=False)
    def open_database(**_: object) -> None:
        # Each worker process has its own connections: they must not cross a fork.
        bind(connect(settings), wake=waker(app))

    return app


def main() -> None:
    """`python -m coop.worker`: a worker with its beat, started by `coop serve` and by the container."""
    settings = load_settings()
    app = prepare(settings)
    bind(connect(settings), wake=waker(app))
    app.worker_main(
        ["worker", "--loglevel=WARNING", "--pool=solo", "--beat", "--without-gossip", "--without-mingle"]
    )


if __name__ == "__main__":
    main()

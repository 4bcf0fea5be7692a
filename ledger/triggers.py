"""DDL of the triggers that keep the books append-only and balanced, for SQLite and PostgreSQL.

Run by a migration after the tables exist. The service checks the same rules first and speaks better; the
triggers hold against everything else that reaches the database.
"""

from ledger.tables import APPEND_ONLY

_SQLITE_REFUSE = """
CREATE TRIGGER {table}_no_{verb} BEFORE {VERB} ON {table}
BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END
"""

# A voucher in a closed period (L5); a line beyond those the voucher was posted with (L3); and, with the last
# line, the balance of the whole voucher (L1): lines are written in order, so the last one completes it.
_SQLITE_RULES = (
    """
CREATE TRIGGER ledger_head_forward BEFORE UPDATE ON ledger_head
WHEN NEW.sequence <= OLD.sequence OR NEW.tenant_id <> OLD.tenant_id OR NEW.book_id <> OLD.book_id
BEGIN SELECT RAISE(ABORT, 'the head of a book moves forward only'); END
""",
    """
CREATE TRIGGER ledger_head_stays BEFORE DELETE ON ledger_head
BEGIN SELECT RAISE(ABORT, 'the head of a book moves forward only'); END
""",
    """
CREATE TRIGGER ledger_voucher_period BEFORE INSERT ON ledger_voucher
WHEN (SELECT state FROM ledger_period WHERE tenant_id = NEW.tenant_id AND book_id = NEW.book_id
      AND year = NEW.year AND number = NEW.period) = 'closed'
BEGIN SELECT RAISE(ABORT, 'period is closed'); END
""",
    """
CREATE TRIGGER ledger_posting_extra BEFORE INSERT ON ledger_posting
WHEN NEW.line > (SELECT lines FROM ledger_voucher WHERE id = NEW.voucher_id)
BEGIN SELECT RAISE(ABORT, 'voucher is complete'); END
""",
    """
CREATE TRIGGER ledger_posting_balance AFTER INSERT ON ledger_posting
WHEN NEW.line = (SELECT lines FROM ledger_voucher WHERE id = NEW.voucher_id)
BEGIN
  SELECT RAISE(ABORT, 'voucher lacks lines') WHERE
    (SELECT count(*) FROM ledger_posting WHERE tenant_id = NEW.tenant_id
     AND voucher_id = NEW.voucher_id) <> NEW.line;
  SELECT RAISE(ABORT, 'voucher does not balance') WHERE EXISTS
    (SELECT 1 FROM ledger_posting WHERE tenant_id = NEW.tenant_id AND voucher_id = NEW.voucher_id
     GROUP BY commodity HAVING sum(amount) <> 0);
END
""",
)

_POSTGRES_REFUSE = """
CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change()
"""

# PostgreSQL can wait for the commit (deferred constraint trigger), once per voucher and not per line: a
# dividend voucher of ten thousand lines is summed once. It runs as the inserting role, under row security. Their
# plans are made when the tables may be empty and are kept: without `enable_seqscan = off` ten thousand vouchers of
# one transaction would each be looked for from the first page on.
_POSTGRES_RULES = (
    """
CREATE FUNCTION ledger_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation'; END $$
""",
    """
CREATE FUNCTION ledger_check_head() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND NEW.sequence > OLD.sequence AND NEW.tenant_id = OLD.tenant_id
     AND NEW.book_id = OLD.book_id THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'the head of a book moves forward only' USING ERRCODE = 'restrict_violation';
END $$
""",
    """
CREATE TRIGGER ledger_head_forward BEFORE UPDATE OR DELETE ON ledger_head
FOR EACH ROW EXECUTE FUNCTION ledger_check_head()
""",
    """
CREATE TRIGGER ledger_head_stays BEFORE TRUNCATE ON ledger_head
FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change()
""",
    """
CREATE FUNCTION ledger_check_period() RETURNS trigger LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
  slot record;
  found text;
BEGIN
  FOR slot IN SELECT DISTINCT tenant_id, book_id, year, period FROM added ORDER BY 1, 2, 3, 4 LOOP
    SELECT state INTO found FROM ledger_period WHERE tenant_id = slot.tenant_id AND book_id = slot.book_id
      AND year = slot.year AND number = slot.period FOR SHARE;
    IF found = 'closed' THEN
      RAISE EXCEPTION 'period %-% is closed', slot.year, slot.period USING ERRCODE = 'check_violation';
    END IF;
  END LOOP;
  RETURN NULL;
END $$
""",
    """
CREATE TRIGGER ledger_voucher_period AFTER INSERT ON ledger_voucher REFERENCING NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION ledger_check_period()
""",
    """
CREATE FUNCTION ledger_check_voucher() RETURNS trigger LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
  found bigint;
  wrong text;
BEGIN
  SELECT count(*) INTO found FROM ledger_posting
    WHERE tenant_id = NEW.tenant_id AND voucher_id = NEW.id;
  IF found <> NEW.lines THEN
    RAISE EXCEPTION 'voucher %: expected % postings, found %', NEW.id, NEW.lines, found
      USING ERRCODE = 'check_violation';
  END IF;
  SELECT string_agg(commodity || ' ' || total, ', ') INTO wrong FROM
    (SELECT commodity, sum(amount) AS total FROM ledger_posting
     WHERE tenant_id = NEW.tenant_id AND voucher_id = NEW.id
     GROUP BY commodity HAVING sum(amount) <> 0) AS sums;
  IF wrong IS NOT NULL THEN
    RAISE EXCEPTION 'voucher % does not balance: %', NEW.id, wrong USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$
""",
    """
CREATE CONSTRAINT TRIGGER ledger_voucher_balance AFTER INSERT ON ledger_voucher
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_check_voucher()
""",
    """
CREATE FUNCTION ledger_check_lines() RETURNS trigger LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE found bigint;
BEGIN
  SELECT p.voucher_id INTO found FROM
    (SELECT tenant_id, voucher_id, max(line) AS line FROM added GROUP BY tenant_id, voucher_id) AS p
    WHERE p.line > (SELECT v.lines FROM ledger_voucher AS v WHERE v.tenant_id = p.tenant_id AND v.id = p.voucher_id)
    LIMIT 1;
  IF found IS NOT NULL THEN
    RAISE EXCEPTION 'voucher % is complete', found USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$
""",
    """
CREATE TRIGGER ledger_posting_extra AFTER INSERT ON ledger_posting REFERENCING NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION ledger_check_lines()
""",
    # A server that never looked at the tables takes any index for the foreign keys' checks, and keeps to it. Its
    # owner may look at once; the app's role, which asks for it after many vouchers, may not.
    """
CREATE FUNCTION ledger_analyze() RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN ANALYZE ledger_voucher; ANALYZE ledger_posting; ANALYZE ledger_account; END $$
""",
)


def append_only_ddl(dialect: str) -> tuple[str, ...]:
    """Statements, in order, for `sqlite` or `postgresql`; another name raises KeyError."""
    return {"sqlite": _sqlite, "postgresql": _postgres}[dialect]()


def drop_ddl(dialect: str) -> tuple[str, ...]:
    """Statements that take the triggers away again (for a downgrade)."""
    if dialect == "sqlite":
        names = [f"{table}_no_{verb}" for table in APPEND_ONLY for verb in ("update", "delete")]
        names += ["ledger_voucher_period", "ledger_posting_extra", "ledger_posting_balance"]
        names += ["ledger_head_forward", "ledger_head_stays"]
        return tuple(f"DROP TRIGGER IF EXISTS {name}" for name in names)
    checks = ("head", "period", "voucher", "lines")
    functions = ("ledger_refuse_change", "ledger_analyze", *(f"ledger_check_{name}" for name in checks))
    return tuple(f"DROP FUNCTION IF EXISTS {name}() CASCADE" for name in functions)


def _sqlite() -> tuple[str, ...]:
    refusals = tuple(
        _SQLITE_REFUSE.format(table=table, verb=verb, VERB=verb.upper()).strip()
        for table in APPEND_ONLY
        for verb in ("update", "delete")
    )
    return refusals + tuple(rule.strip() for rule in _SQLITE_RULES)


def _postgres() -> tuple[str, ...]:
    refusals = tuple(_POSTGRES_REFUSE.format(table=table).strip() for table in APPEND_ONLY)
    return (_POSTGRES_RULES[0].strip(), *refusals, *(rule.strip() for rule in _POSTGRES_RULES[1:]))

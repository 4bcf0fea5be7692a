"""The web toolkit every subject's pages stand on: layout, base page, permissions, security, words, files of
the browser.

It sits above `coop.kernel` and below every subject, so it knows no order, no household and no book: who
acts comes from a function the composition root hands to `create_web`.
"""

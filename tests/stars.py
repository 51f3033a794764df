"""One small rule, for tests that want a scanner which is ready at once."""

RULES = r"""
rules:
  - id: mask.stars
    kind: mask
    slot: unknown
    severity: warning
    message: stars in place of something
    pattern: '\*{3}'
    hits: ['Dear [|***|],']
    misses: ['Dear Ann,']
"""

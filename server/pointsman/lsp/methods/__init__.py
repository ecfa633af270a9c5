"""The methods of the protocol, one a file. Each is a function over a session; none of them knows the wire."""

from __future__ import annotations

from pointsman.lsp.methods import (
    code_action,
    code_action_resolve,
    code_lens,
    completion,
    did_change,
    did_change_configuration,
    did_close,
    did_open,
    did_save,
    execute_command,
    hover,
    inline_completion,
    set_secrets,
    set_trust,
)

REQUESTS = {
    method.name: method
    for method in (
        code_action.METHOD,
        code_action_resolve.METHOD,
        code_lens.METHOD,
        completion.METHOD,
        execute_command.METHOD,
        hover.METHOD,
        inline_completion.METHOD,
        set_secrets.METHOD,
    )
}
NOTIFICATIONS = {
    method.name: method
    for method in (
        did_change.METHOD,
        did_change_configuration.METHOD,
        did_close.METHOD,
        did_open.METHOD,
        did_save.METHOD,
        set_trust.METHOD,
    )
}

"""Acting on alerts from Slack: buttons, modals and `/daywatch`. The one door to slack_bolt.

parse      what Slack sent becomes an `Interaction`; junk becomes one that nobody answers to
handle     an interaction and the desk in, a `Reply` out: who may act, what is done, what is said
commands   the same for `/daywatch`
edge       acknowledges within three seconds, then does the work, whispers, delivers the edit
signing    whether a request over HTTP is Slack's, and new
socket     the same edge over a socket, for those without a public address
"""

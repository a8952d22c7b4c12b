"""Runs that try to lose or repeat an alert: faulty calls, kill -9, several senders, two stores."""

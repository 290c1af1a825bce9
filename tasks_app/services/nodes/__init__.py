"""The services of worker nodes: heartbeats, and the commands of operators.

A command changes the desired state in the node's row. The node applies it with its next heartbeat,
or sooner if the broker carries a notification. Each service opens its transaction, and raises
WorkerNode.DoesNotExist, and ValidationError by field with a code for each error.
"""

from tasks_app.services.nodes.commands import (
    assign_node,
    drain_node,
    finish_drains,
    forget_node,
    forget_old_nodes,
    pause_node,
    resize_node,
    resume_node,
    stop_node,
)
from tasks_app.services.nodes.heartbeats import (
    HEARTBEAT_SECONDS,
    DesiredState,
    heartbeat,
    mark_silent_nodes_offline,
    node_offline,
)

__all__ = [
    "HEARTBEAT_SECONDS",
    "DesiredState",
    "assign_node",
    "drain_node",
    "finish_drains",
    "forget_node",
    "forget_old_nodes",
    "heartbeat",
    "mark_silent_nodes_offline",
    "node_offline",
    "pause_node",
    "resize_node",
    "resume_node",
    "stop_node",
]

from .base_model import BaseModel


class GetCursor(BaseModel):
    cluster: "GetCursorCluster"


class GetCursorCluster(BaseModel):
    cursor: str


GetCursor.model_rebuild()

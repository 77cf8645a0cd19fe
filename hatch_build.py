"""Placeholder replaced by the console build hook."""
from hatchling.builders.hooks.plugin.interface import BuildHookInterface
class Hook(BuildHookInterface):
    PLUGIN_NAME = "custom"

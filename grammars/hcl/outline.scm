(config_file (body (block) @resource))

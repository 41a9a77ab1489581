{{ sources_end() }}

{{ sources_end(ref('stg_sources__daily_rows')) }}

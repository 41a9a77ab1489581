{{ sources_end(ref('stg_calendar__daily_rows')) }}

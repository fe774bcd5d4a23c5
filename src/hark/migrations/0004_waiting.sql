-- What waiting costs and how it is pushed down: hours, topics, value, promises, routing, reports, maps, simulations, staffing.

-- hours ------------------------------------------------------------------------------------------------------------

CREATE TABLE calendar_feeds (             -- an iCal address whose all-day events are holidays of a calendar
  workspace_id int NOT NULL,
  calendar_id int NOT NULL,
  url text NOT NULL CHECK (url <> ''),
  checked_at timestamptz,                 -- last time the address was asked
  days jsonb NOT NULL DEFAULT '[]',       -- the holidays it named then, as in calendar_versions.holidays
  problem text,                           -- why it could not be read, in a sentence for people
  PRIMARY KEY (workspace_id, calendar_id),
  FOREIGN KEY (workspace_id, calendar_id) REFERENCES calendars ON DELETE CASCADE
);

-- topics and value -------------------------------------------------------------------------------------------------

-- promises ---------------------------------------------------------------------------------------------------------

-- routing ----------------------------------------------------------------------------------------------------------

-- asking for help --------------------------------------------------------------------------------------------------

-- reports ----------------------------------------------------------------------------------------------------------

-- bottlenecks ------------------------------------------------------------------------------------------------------

-- simulations and staffing -----------------------------------------------------------------------------------------

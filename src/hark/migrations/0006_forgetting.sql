-- Forgetting a person on request, and what answers without waiting still lacked.

-- the help centre: a picture of a collection's own instead of one of the drawn signs
ALTER TABLE help_collections ADD COLUMN picture_id uuid;
ALTER TABLE help_collections ADD CONSTRAINT help_collections_picture
  FOREIGN KEY (workspace_id, picture_id) REFERENCES help_files ON DELETE SET NULL (picture_id);

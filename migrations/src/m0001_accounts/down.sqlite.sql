DROP TABLE service_tokens;
DROP TABLE organization_members;
DROP TABLE organizations;
DROP TABLE refresh_tokens;
DROP TABLE accounts;
DROP TABLE change_marks;

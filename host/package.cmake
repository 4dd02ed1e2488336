# Run by cpack before it packs: the folders of the package are for everybody, whatever umask it is made with. The
# package holds /usr, and dpkg would close that.
file(CHMOD_RECURSE ${CPACK_TEMPORARY_DIRECTORY} DIRECTORY_PERMISSIONS
  OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)

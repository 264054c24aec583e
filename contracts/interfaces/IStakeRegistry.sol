// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title StakeRegistry: who serves the network, and with what at stake
/// @notice Executors and validators register once, stake the payment token, and leave after an unbonding delay.
/// @dev Assumptions as in `IAccountingV2`: a plain ERC-20, block time honest to within seconds.
/// @dev One address has one role. Stake and unbonding amounts stay with the address.
interface IStakeRegistry {
    /* TYPES */

    enum Role {
        None,
        Executor,
        Validator
    }

    /// @notice An address that serves the network, or wants to.
    /// @param role Set once by `register`.
    /// @param registeredAt When the address registered.
    /// @param stake Active stake.
    /// @param unbonding Stake on its way out; can be withdrawn from `unbondAt`.
    /// @param unbondAt Zero while nothing is unbonding.
    struct Member {
        Role role;
        uint40 registeredAt;
        uint40 unbondAt;
        uint96 stake;
        uint96 unbonding;
    }

    /* ERRORS */

    error StakeZeroAddress();
    error StakeZeroAmount();
    error StakeAlreadyRegistered(address member, Role role);
    error StakeNotRegistered(address member);
    error StakeUnknownRole(Role role);
    error StakePeerIdLength(uint256 minimum, uint256 maximum, uint256 length);
    error StakeMetadataLength(uint256 maximum, uint256 length);
    error StakeInsufficient(uint256 available, uint256 asked);
    error StakeBelowMinimum(uint256 minimum, uint256 left);
    error StakeNothingUnbonding();
    error StakeStillUnbonding(uint256 unbondAt, uint256 timestamp);
    error StakeTokenShortfall(uint256 expected, uint256 received);
    error StakeAmountTooLarge(uint256 limit, uint256 asked);
    error StakeParameterOutOfRange(bytes32 name, uint256 minimum, uint256 maximum, uint256 asked);

    /* EVENTS */

    /// @param peerId Bytes of the libp2p PeerId.
    event Registered(address indexed member, Role indexed role, bytes peerId, string metadataURI);
    event MetadataUpdated(address indexed member, bytes peerId, string metadataURI);

    /// @param totalStake Active stake afterwards.
    event Staked(address indexed member, address indexed payer, uint256 amount, uint256 totalStake);
    event UnbondRequested(
        address indexed member,
        uint256 amount,
        uint256 totalStake,
        uint256 unbonding,
        uint256 unbondAt
    );
    event UnbondCancelled(address indexed member, uint256 amount, uint256 totalStake);
    event StakeWithdrawn(address indexed member, address indexed to, uint256 amount, uint256 totalStake);

    /* ACTIONS */

    /// @notice Takes a role. Stake follows by `stake`; the member is active once it holds the role's minimum.
    function register(Role role, bytes calldata peerId, string calldata metadataURI) external;

    /// @notice Replaces peer id and metadata of the caller.
    function updateMetadata(bytes calldata peerId, string calldata metadataURI) external;

    /// @notice Adds stake, paid by the caller.
    function stake(uint256 amount) external;

    /// @notice Registers and stakes in one transaction.
    function registerAndStake(Role role, bytes calldata peerId, string calldata metadataURI, uint256 amount) external;

    /// @notice Starts to take `amount` out: either everything, or so much that the role's minimum is left. Adds to a
    /// running unbonding and restarts its clock. Unbonding stake no longer backs anything, but stays slashable.
    function unbond(uint256 amount) external;

    /// @notice Makes unbonding stake active again.
    function cancelUnbond() external;

    /// @notice Pays finished unbonding out to `to`.
    function withdraw(address to) external returns (uint256 amount);

    /* VIEWS */

    function stakeToken() external view returns (address);
    function unbondingPeriod() external view returns (uint256 periodSeconds);
    function minimumStake(Role role) external view returns (uint256);
    function members(
        address member
    ) external view returns (Role role, uint40 registeredAt, uint40 unbondAt, uint96 stake, uint96 unbonding);

    /// @notice Stake that counts: active, not unbonding.
    function activeStake(address member) external view returns (uint256);

    /// @notice Whether the member has a role and at least its minimum.
    function isActive(address member) external view returns (bool);

    /// @notice Unmatured tail money that an executor's stake covers now: its active stake, in the first week after
    /// registration a tenth of it; zero for a member that is not an active executor.
    function capacityOf(address executor) external view returns (uint256);
}
